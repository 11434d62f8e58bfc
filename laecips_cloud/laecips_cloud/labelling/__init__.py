"""Active labelling: which frames a person should label, and the task for a labelling tool."""
