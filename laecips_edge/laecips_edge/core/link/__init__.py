"""The contracts between robot, cloud and trainer, and the requests with their deadlines."""
