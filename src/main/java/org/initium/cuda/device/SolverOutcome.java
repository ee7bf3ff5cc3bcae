// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.device;

import java.lang.ref.WeakReference;
import org.initium.Storage;
import org.initium.Tensor;
import org.initium.cuda.CudaException;
import org.initium.cuda.driver.OsThread;
import org.initium.cuda.driver.PinnedWords;

/**
 * What cuSOLVER will have said of one orthogonal fill, in a word of page-locked memory once the
 * fill is done: 0, or the numbers of the arguments that geqrf and orgqr refused. It is told once.
 */
public final class SolverOutcome {
  private final PinnedWords slots;
  private final long slot;
  private final String work;
  private final String where;
  private final WeakReference<Storage> storage;
  private WeakReference<Thread> maker;
  private boolean settled;

  public SolverOutcome(PinnedWords slots, Tensor tensor, String work) {
    this.slots = slots;
    this.slot = slots.take();
    this.work = work;
    this.where = tensor.device().toString();
    this.storage = new WeakReference<>(tensor.storage());
    this.maker = new WeakReference<>(OsThread.caller());
  }

  /** Where the word is. */
  public long address() {
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
  public synchronized void settle() {
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
