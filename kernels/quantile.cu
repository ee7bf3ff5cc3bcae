// Elements of one tensor by an inverse distribution function.
#include "elements.cuh"

LAW(quantile, Quantile)
