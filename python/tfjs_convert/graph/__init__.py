"""Graphs: freeze, inline, optimise, rewrite and check operations (GraphDef in, GraphDef out)."""
