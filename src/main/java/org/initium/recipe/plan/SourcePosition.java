package org.initium.recipe.plan;

/** Where something stands in a text file; lines and columns count from 1. */
public record SourcePosition(String file, int line, int column) {
  @Override
  public String toString() {
    return file + ":" + line + ":" + column;
  }
}
