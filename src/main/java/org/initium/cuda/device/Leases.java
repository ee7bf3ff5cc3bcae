// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.device;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.initium.cuda.CudaException;
import org.initium.cuda.driver.IdlePool;

/**
 * Things that are costly to make and serve one fill at a time: solvers, generators, buffers. Work
 * on several streams may use one after the other: the later waits, on the device, for an event
 * behind the earlier. What a captured fill uses is its graph's alone, whose replays use it again;
 * it is kept until all is released.
 *
 * @param <T> what they are
 */
public final class Leases<T> implements DeviceLocal.Value {
  /** A thing in use, and an event behind its last work. */
  public record Lease<T>(T thing, long event) {}

  private final Gpu gpu;
  private final boolean fromAnyone;
  private final Consumer<T> destroy;
  private final IdlePool<Lease<T>> idle = new IdlePool<>();
  private final List<Lease<T>> captured = new ArrayList<>();

  /**
   * None yet.
   *
   * @param fromAnyone whether a thread takes over what another, that is alive, has used last
   * @param destroy frees a thing
   */
  public Leases(Gpu gpu, boolean fromAnyone, Consumer<T> destroy) {
    this.gpu = gpu;
    this.fromAnyone = fromAnyone;
    this.destroy = destroy;
  }

  /**
   * Queues work with a thing on a stream; the device's context is current.
   *
   * @param fits which will do
   * @param make makes one if there is none
   */
  public void use(CudaStream stream, Predicate<T> fits, Supplier<T> make, Consumer<Lease<T>> work) {
    boolean capturing = stream.isCaptured();
    Lease<T> lease = capturing ? made(make) : taken(stream, fits).orElseGet(() -> made(make));
    try {
      work.accept(lease);
      if (!capturing) {
        gpu.driver().record(lease.event, stream.handle());
      }
    } catch (RuntimeException e) {
      abandon(lease, stream, capturing);
      throw e;
    }
    if (capturing) {
      keep(lease);
    } else {
      idle.add(lease);
    }
  }

  private Optional<Lease<T>> taken(CudaStream stream, Predicate<T> fits) {
    Optional<Lease<T>> lease = idle.take(each -> fits.test(each.thing));
    if (lease.isEmpty() && fromAnyone) {
      lease = idle.takeAny();
    }
    lease.ifPresent(taken -> await(taken, stream));
    return lease;
  }

  private void await(Lease<T> lease, CudaStream stream) {
    try {
      gpu.driver().await(stream.handle(), lease.event);
    } catch (CudaException e) {
      idle.add(lease);
      throw e;
    }
  }

  private Lease<T> made(Supplier<T> make) {
    T thing = make.get();
    try {
      return new Lease<>(thing, gpu.driver().newEvent());
    } catch (CudaException e) {
      destroy.accept(thing);
      throw e;
    }
  }

  private synchronized void keep(Lease<T> lease) {
    captured.add(lease);
  }

  /** After a failure: what is queued may still use it. */
  private void abandon(Lease<T> lease, CudaStream stream, boolean capturing) {
    if (capturing) {
      keep(lease); // a stream that is captured cannot be waited for
      return;
    }
    try {
      gpu.driver().synchronize(stream.handle());
      free(lease);
    } catch (CudaException e) {
      // The failure that led here is the one to report.
    }
  }

  private void free(Lease<T> lease) {
    gpu.driver().destroyEvent(lease.event);
    destroy.accept(lease.thing);
  }

  /** Frees all that are not in use; the device is idle. */
  @Override
  public synchronized void release() {
    for (Optional<Lease<T>> lease = idle.takeAny(); lease.isPresent(); lease = idle.takeAny()) {
      free(lease.get());
    }
    captured.forEach(this::free);
    captured.clear();
  }
}
