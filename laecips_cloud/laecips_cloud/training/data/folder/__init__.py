"""The parts of the folder reader: where files lie, what labels mean, which frames go where."""
