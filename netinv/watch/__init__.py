"""Watching a network for days: look after look at it, what the inventory makes of each, and whoever wants to be told.

looks (a keeper's child, each with sockets of its own) -> watcher -> ledger (the inventory) -> **events** -> outlets

The `keeper` is the one process that keeps the privilege to open sockets, and it reads nothing but orders of a few bytes. Each
look is a child of it that opens its sockets anew, gives up every privilege, asks, and then listens until the next is due; so an
interface may go and come back as another, and whatever one look has piled up ends with it. The `watcher` has no privilege either.
"""
