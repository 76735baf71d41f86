"""WHAT a stack comes to: catalog and settings resolved into containers, phases and edges.

Pure: equal inputs give equal results; no Pulumi, no Docker, no network.
"""
