"""A table or a set of series as a file: CSV, Parquet, netCDF."""
