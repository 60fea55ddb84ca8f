"""Offices, their people, roles and plans, and how people log in."""
