"""Automatic masks from prompts on a grid: choice, selection, clean-up."""
