"""Wheels and sdists, looked into without trusting or unpacking them."""
