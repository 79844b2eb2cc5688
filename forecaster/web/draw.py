"""The child process of ``render``: reads Vega-Lite charts as JSON, writes SVG as JSON.

It is run as a file, isolated from the environment and the current folder, and imports nothing of
ours.
"""

import json
import sys

import vl_convert

if __name__ == "__main__":
    charts = json.load(sys.stdin)
    drawn = {
        name: vl_convert.vegalite_to_svg(chart, allowed_base_urls=[])
        for name, chart in charts.items()
    }
    json.dump(drawn, sys.stdout)
