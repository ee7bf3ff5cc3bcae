package org.initium;

/** A point in a stream's queue. */
public interface Event extends AutoCloseable {
  /** Whether all work before the point is done. */
  boolean isDone();

  /** Waits for the point, and throws what went wrong before it. */
  void synchronize();

  /** Releases the event; a second call does nothing. */
  @Override
  void close();
}
