"""What is remembered: which evidence belongs to which device, and the devices of all scans."""
