"""The form plug-ins and lead ads whose web hooks we know, one module each: what their payloads look like."""
