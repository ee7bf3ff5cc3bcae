// Normals of one tensor.
#include "elements.cuh"

FOR_EACH_TYPE(normal, Normal<Region>)
