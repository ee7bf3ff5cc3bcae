package org.initium.cuda;

import java.lang.ref.WeakReference;
import org.initium.Storage;

/**
 * What cuSOLVER will have said of one orthogonal fill, in a word of page-locked memory once the
 * fill is done: 0, or the numbers of the arguments that geqrf and orgqr refused. It is told once.
 */
final class Outcome {
  private final Slots slots;
  private final long slot;
  private final String work;
  private final String where;
  private final WeakReference<Storage> storage;
  private WeakReference<Thread> maker;
  private boolean settled;

  Outcome(Slots slots, Target target, String work) {
    this.slots = slots;
    this.slot = slots.take();
    this.work = work;
    this.where = target.gpu().device().toString();
    this.storage = new WeakReference<>(target.tensor().storage());
    this.maker = new WeakReference<>(OsThread.caller());
  }

  /** Where the word is. */
  long address() {
    return slot;
  }

  /** Whether it is for a thread to know: the one that made the fill, or any if that is gone. */
  synchronized boolean isFor(Thread thread) {
    Thread made = maker.get();
    return made == null || made == thread || !made.isAlive();
  }

  /** Who reads the memory that was filled has to know. */
  synchronized void handTo(Thread thread, Storage read) {
    if (storage.refersTo(read)) {
      maker = new WeakReference<>(thread);
    }
  }

  synchronized boolean isSettled() {
    return settled;
  }

  /** Ends it; the fill is done, or was never queued. */
  synchronized void settle() {
    if (!settled) {
      settled = true;
      slots.put(slot);
    }
  }

  /** Ends it if all was well; the fill is done. */
  synchronized void settleIfSound() {
    if (!settled && slots.read(slot) == 0) {
      settle();
    }
  }

  /** Ends it and returns the failure; null if there was none, or it has been told. */
  synchronized CudaException tell() {
    settleIfSound();
    if (settled) {
      return null;
    }
    long failed = slots.read(slot);
    settle();
    int geqrf = (int) failed;
    return new CudaException(
        geqrf != 0 ? "cusolverDn geqrf" : "cusolverDn orgqr",
        geqrf != 0 ? geqrf : (int) (failed >> 32),
        "devInfo",
        "an argument was refused; the tensor is filled with NaN: " + work,
        where);
  }
}
