"""Changing what a model computes, and what came of it beside a control."""
