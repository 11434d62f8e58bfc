"""Helpers around rclpy that every node shares: lifecycle, parameters, quality of service."""
