package org.initium.torch;

/** A first draw of all elements: keeps them, and notes which lie outside the bounds. */
record Outside(Result result, Pending pending, double low, double high) implements Sink {
  @Override
  public boolean wants(long at, long count) {
    return true;
  }

  @Override
  public void put(long at, float[] values, int from, int count) {
    result.put(at, values, from, count);
    float least = (float) low; // exact: the bounds are rounded to the dtype
    float most = (float) high;
    for (int i = 0; i < count; i++) {
      if (values[from + i] < least || values[from + i] > most) {
        pending.add(at + i);
      }
    }
  }

  @Override
  public void put(long at, double[] values, int from, int count) {
    result.put(at, values, from, count);
    for (int i = 0; i < count; i++) {
      if (values[from + i] < low || values[from + i] > high) {
        pending.add(at + i);
      }
    }
  }
}
