"""The pages of the pipeline: board, list, detail page, import, export, trash."""
