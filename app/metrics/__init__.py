"""Numbers about the running server, for Prometheus.

Rooms declare a `Counter`, `Histogram` or `Gauge` once, at the top of a module (`app.metrics.instruments`), and
note values where things happen. Several server processes share a directory, and a scrape shows the sums.

It has no tables, and must never hold personal data: names of labels are checked when they are declared.
"""
