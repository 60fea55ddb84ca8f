"""The demo offices with their people and stories: no part of the product."""
