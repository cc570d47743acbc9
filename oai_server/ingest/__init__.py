"""Items come in: one file per kind of source, and the pipeline that turns items into stored records."""
