"""The document of the API (OpenAPI 3.1), made from what the endpoints declare.

Laws: there is no second list: a route that is declared is in it, and nothing else is; it is made when somebody asks
for it and kept as bytes.
"""
