"""The closed loop over HTTP (api.md): events, orders, categories, the map, pulse, attachments, Open311."""
