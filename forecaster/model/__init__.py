"""The statistical model: readings and priors in, a labelled posterior out.

The only room that imports PyMC. It knows neither SQL nor HTTP nor the clock, so that all of it
runs in a notebook. The way through: ``design`` (readings to arrays), ``graph`` (arrays and priors
to a PyMC model), ``fit`` (draws), ``future`` (paths ahead and scenario probabilities), ``outcome``
(everything as one labelled tree).
"""
