// SPDX-License-Identifier: Apache-2.0
package org.initium.dlpack;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicBoolean;
import org.initium.Tensor;
import org.initium.text.Unclosed;

/**
 * A tensor over memory that another library lends by DLPack. {@link #close} gives it back; the
 * tensor must not be used after it, and only once what was queued on it is done.
 *
 * @since 0.1.0
 */
@SuppressWarnings("restricted") // the lender's deleter is called
public final class BorrowedTensor implements AutoCloseable {
  private static final Cleaner CLEANER = Cleaner.create();

  private final Tensor tensor;
  private final Loan loan;

  BorrowedTensor(Tensor tensor, DLPackStruct struct) {
    this.tensor = tensor;
    this.loan = new Loan(struct, new AtomicBoolean());
    CLEANER.register(this, loan::leak);
  }

  /** What is given back, once. */
  private record Loan(DLPackStruct struct, AtomicBoolean returned) {
    void giveBack() {
      if (!returned.getAndSet(true)) {
        delete(struct);
      }
    }

    void leak() {
      if (!returned.get()) {
        Unclosed.tell(
            BorrowedTensor.class,
            "a tensor borrowed by DLPack was never closed; it is given back now");
        giveBack();
      }
    }
  }

  /** Calls a struct's own deleter; there may be none. */
  static void delete(DLPackStruct struct) {
    MemorySegment deleter = struct.deleter();
    if (deleter.address() == 0) {
      return;
    }
    try {
      Linker.nativeLinker()
          .downcallHandle(deleter, FunctionDescriptor.ofVoid(ADDRESS))
          .invokeExact(struct.memory());
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e); // it is native and throws nothing
    }
  }

  /** {@return the tensor, to be filled as any other} */
  public Tensor tensor() {
    return tensor;
  }

  /** Gives the memory back; a second call does nothing. */
  @Override
  public void close() {
    loan.giveBack();
  }
}
