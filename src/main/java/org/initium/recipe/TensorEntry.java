package org.initium.recipe;

import org.initium.DType;
import org.initium.Shape;

/** A tensor that a recipe lists, and where. */
record TensorEntry(String name, Shape shape, DType dtype, Place place) {}
