"""Tests of the virtual LAN."""
