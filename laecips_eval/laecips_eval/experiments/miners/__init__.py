"""The experiment `miners`: which frames the policies choose, and what that is worth."""
