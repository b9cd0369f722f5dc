"""Limen: access software for apartment buildings that you host yourself. Start with ARCHITECTURE.md."""
