// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.driver;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What is costly to make and serves one user at a time, while nobody uses it: a thread gets back
 * what it used last, so that its fills do not wait on the device for another thread's.
 */
public final class IdlePool<T> {
  private record Entry<T>(T thing, WeakReference<Thread> user) {
    boolean isOf(Thread thread) {
      return user.refersTo(thread);
    }

    boolean isLeft() {
      Thread thread = user.get();
      return thread == null || !thread.isAlive();
    }
  }

  private final List<Entry<T>> entries = new ArrayList<>();

  /** Keeps a thing as the calling thread's. */
  public synchronized void add(T thing) {
    entries.add(new Entry<>(thing, new WeakReference<>(Thread.currentThread())));
  }

  /** Takes what the calling thread used, or else a thread that has ended. */
  public synchronized Optional<T> take(Predicate<T> fits) {
    Thread thread = Thread.currentThread();
    return take(fits, entry -> entry.isOf(thread)).or(() -> take(fits, Entry::isLeft));
  }

  /** Takes whatever there is. */
  public synchronized Optional<T> takeAny() {
    return take(thing -> true, entry -> true);
  }

  private Optional<T> take(Predicate<T> fits, Predicate<Entry<T>> isFree) {
    for (Iterator<Entry<T>> all = entries.iterator(); all.hasNext(); ) {
      Entry<T> entry = all.next();
      if (isFree.test(entry) && fits.test(entry.thing)) {
        all.remove();
        return Optional.of(entry.thing);
      }
    }
    return Optional.empty();
  }
}
