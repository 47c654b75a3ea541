"""A map of many points, their true neighbours, and how much the map lies."""

from widgets.embedding_map.embedding_map import EmbeddingMap as EmbeddingMap
