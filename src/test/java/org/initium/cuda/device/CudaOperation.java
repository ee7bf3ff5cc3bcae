// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.device;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.UnaryOperator;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUgraphNode;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;
import org.initium.Backend;
import org.initium.DType;
import org.initium.Device;
import org.initium.Fill;
import org.initium.FillBatch;
import org.initium.InitiumException;
import org.initium.OutOfMemoryException;
import org.initium.Shape;
import org.initium.Storage;
import org.initium.Stream;
import org.initium.Stream.Event;
import org.initium.Tensor;
import org.initium.cuda.CudaOptions;
import org.initium.cuda.driver.DeviceMemory;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.initium.recipe.model.PlanFiller;
import org.initium.recipe.plan.GeneratorSharing;
import org.initium.recipe.plan.Plan;
import org.initium.recipe.plan.PlannedTensor;
import org.initium.recipe.plan.RowShard;
import org.initium.testing.Fills;

/**
 * A public operation of the backend, which leaves nothing behind when it succeeds.
 *
 * @param name as tests show it
 * @param run throws an {@link InitiumException} if a call of CUDA's fails
 */
public record CudaOperation(String name, Runnable run) {
  private static final Device DEVICE = Device.cuda(0);
  private static final Backend BACKEND = Backend.of(DEVICE);
  private static final Fill NORMAL = new Fill.Normal(0, 1);
  private static final Fill TRUNCATED = new Fill.TruncatedNormal(0, 1, -2, 2);

  /** All operations; fills by our own kernels. */
  public static List<CudaOperation> all() {
    Generator philox = Generator.philox(1);
    return List.of(
        new CudaOperation("devices", BACKEND::devices),
        new CudaOperation("allocate", () -> BACKEND.allocate(DEVICE, 1000).close()),
        new CudaOperation("allocate too much", CudaOperation::allocateTooMuch),
        new CudaOperation("page-locked memory", CudaOperation::pinned),
        new CudaOperation("memory of a device without pools", CudaOperation::plainMemory),
        new CudaOperation("streams and events", CudaOperation::streams),
        new CudaOperation("someone else's stream", CudaOperation::foreignStream),
        new CudaOperation("someone else's memory", CudaOperation::foreignMemory),
        new CudaOperation("a graph", CudaOperation::graph),
        new CudaOperation("copies", () -> copies(9 << 20)),
        new CudaOperation("copies of page-locked memory", CudaOperation::pinnedCopies),
        new CudaOperation("copies of views", CudaOperation::viewCopies),
        new CudaOperation("a batch", CudaOperation::batch),
        new CudaOperation("a model", CudaOperation::model),
        new CudaOperation("release", CudaOperation::release),
        fill(philox, new Fill.Constant(1), DType.F32, 100),
        fill(philox, new Fill.Uniform(0, 1), DType.F64, 100),
        fill(philox, NORMAL, DType.BF16, 100),
        fill(philox, TRUNCATED, DType.F32, 100),
        fill(philox, new Fill.Eye(1), DType.F16, 5, 4),
        fill(philox, new Fill.Center(new Fill.Eye(1, 1)), DType.F32, 4, 4, 3),
        fill(philox, new Fill.Hadamard(1), DType.F32, 4, 4),
        fill(philox, new Fill.Sparse(0.5, 1), DType.F32, 8, 4),
        fill(philox, new Fill.Sparse(0.5, 1), DType.F32, 1 << 16, 1),
        fill(philox, Init.parse("delta_orthogonal").fill(Shape.of(4, 4, 3)), DType.F32, 4, 4, 3),
        fill(Generator.torchCpu(1), NORMAL, DType.F32, 100),
        fill(Generator.torchCuda(1), NORMAL, DType.F32, 100),
        fill(Generator.torchCuda(1), new Fill.Sparse(0.5, 1), DType.F32, 8, 4),
        fill(philox, new Fill.Orthogonal(1, Fill.Orthogonal.Method.QR), DType.F32, 130, 4),
        fill(philox, new Fill.Orthogonal(1, Fill.Orthogonal.Method.QR), DType.F64, 4, 130),
        fill(philox, new Fill.Orthogonal(1, Fill.Orthogonal.Method.HOUSEHOLDER), DType.F64, 4, 130),
        fill(philox, new Fill.Orthogonal(1, Fill.Orthogonal.Method.QR), DType.BF16, 6, 4),
        fill(
            philox, new Fill.Orthogonal(1, Fill.Orthogonal.Method.HOUSEHOLDER), DType.F64, 128, 50),
        fillOfPart("a view", t -> t.narrow(1, 3, 5), philox, NORMAL, DType.F32),
        fillOfPart("a view", t -> t.narrow(1, 3, 5), Generator.torchCpu(1), NORMAL, DType.BF16),
        fillOfPart("a shard", CudaOperation::shard, philox, TRUNCATED, DType.F64));
  }

  /** Fills by cuRAND. */
  public static List<CudaOperation> byCurand() {
    Generator philox = Generator.philox(1);
    Fill uniform = new Fill.Uniform(0, 1);
    return List.of(
        byCurand(fill(philox, NORMAL, DType.F32, 100)),
        byCurand(fill(philox, NORMAL, DType.F64, 101)),
        byCurand(fill(philox, uniform, DType.F16, 101)),
        byCurand(fill(philox, uniform, DType.F64, 100)),
        byCurand(fill(philox, TRUNCATED, DType.F64, 101)),
        byCurand(fillOfPart("a view", t -> t.narrow(1, 3, 5), philox, uniform, DType.F32)),
        byCurand(fillOfPart("a view", t -> t.every(1, 1, 2), philox, TRUNCATED, DType.F32)),
        byCurand(fillOfPart("a shard", CudaOperation::shard, philox, NORMAL, DType.BF16)),
        byCurand(fillOfPart("a shard", CudaOperation::shard, philox, NORMAL, DType.F64)));
  }

  private static Tensor shard(Tensor tensor) {
    return tensor.shardOf(Shape.of(100, 31), 33, 12);
  }

  private static CudaOperation fill(Generator generator, Fill fill, DType dtype, long... shape) {
    return new CudaOperation(
        fill + " of " + Shape.of(shape) + " in " + dtype + " by " + generator,
        () -> {
          try (Tensor tensor = Tensor.empty(Shape.of(shape), dtype, DEVICE)) {
            Fills.fill(tensor, fill, generator.copy());
          }
        });
  }

  private static CudaOperation fillOfPart(
      String name, UnaryOperator<Tensor> part, Generator generator, Fill fill, DType dtype) {
    return new CudaOperation(
        fill + " of " + name + " in " + dtype + " by " + generator,
        () -> {
          try (Tensor tensor = Tensor.empty(Shape.of(20, 13), dtype, DEVICE)) {
            Fills.fill(part.apply(tensor), fill, generator.copy());
          }
        });
  }

  private static CudaOperation byCurand(CudaOperation fill) {
    return new CudaOperation(
        fill.name + " by cuRAND",
        () -> {
          CudaOptions.use(CudaOptions.CURAND);
          try {
            fill.run.run();
          } finally {
            CudaOptions.use(CudaOptions.DEFAULT);
          }
        });
  }

  private static void allocateTooMuch() {
    try {
      BACKEND.allocate(DEVICE, 1L << 60).close();
    } catch (OutOfMemoryException e) {
      // As it should; with any other exception a call has failed.
    }
  }

  private static void plainMemory() {
    Gpu gpu = Gpus.of(DEVICE);
    try (CudaLife.Context _ = CudaLife.enter(gpu)) {
      DeviceMemory pool = DeviceMemory.of(gpu.driver(), gpu.device().index(), false);
      long address = pool.allocate(400);
      try (Tensor tensor = Tensor.wrap(DEVICE, address, Shape.of(100), DType.F32)) {
        Fills.fill(tensor, NORMAL, Generator.philox(1));
      } finally {
        pool.free(address, List.of(gpu.defaultStream().state().mark()));
      }
    }
  }

  private static void pinned() {
    try (Storage host = BACKEND.allocateHost(DEVICE, 1000)) {
      host.segment().fill((byte) 1);
    }
  }

  private static void streams() {
    try (Stream one = BACKEND.newStream(DEVICE);
        Stream other = BACKEND.newStream(DEVICE);
        Event event = one.record()) {
      other.await(event);
      event.isDone();
      event.synchronize();
    }
  }

  private static void foreignStream() {
    try (Stream owner = BACKEND.newStream(DEVICE);
        Stream wrapped = BACKEND.wrapStream(DEVICE, owner.handle());
        Tensor tensor = Tensor.empty(Shape.of(100), DType.F32, DEVICE)) {
      tensor.fill(NORMAL, Generator.philox(1), wrapped);
      try (Event filled = wrapped.record();
          Event after = owner.record()) {
        owner.await(filled);
        wrapped.await(after);
        filled.isDone();
        filled.synchronize();
      }
      wrapped.synchronize();
    }
  }

  private static void foreignMemory() {
    try (Storage owner = BACKEND.allocate(DEVICE, 400);
        Tensor wrapped = Tensor.wrap(DEVICE, owner.address(), Shape.of(100), DType.F32)) {
      Fills.fill(wrapped, NORMAL, Generator.philox(1));
    }
  }

  /** What a user does who captures fills: calls of his own between ours, checked like ours. */
  private static void graph() {
    try (Stream stream = BACKEND.newStream(DEVICE);
        Tensor tensor = Tensor.empty(Shape.of(100), DType.F32, DEVICE);
        CudaLife.Context _ = CudaLife.enter(Gpus.of(DEVICE))) {
      tensor.fill(NORMAL, Generator.philox(1), stream); // compiles
      CUstream handle = CudaLife.stream(stream);
      CUgraph graph = new CUgraph();
      must("cuStreamBeginCapture", JCudaDriver.cuStreamBeginCapture(handle, 1));
      try {
        try {
          tensor.fill(NORMAL, Generator.philox(1), stream);
        } finally {
          twice("cuStreamEndCapture", () -> JCudaDriver.cuStreamEndCapture(handle, graph));
        }
        replay(graph, stream);
      } finally {
        twice("cuGraphDestroy", () -> JCudaDriver.cuGraphDestroy(graph));
      }
    }
  }

  private static void replay(CUgraph graph, Stream stream) {
    CUgraphExec executable = new CUgraphExec();
    must(
        "cuGraphInstantiate",
        JCudaDriver.cuGraphInstantiate(executable, graph, new CUgraphNode(), new byte[512], 512));
    try {
      must("cuGraphLaunch", JCudaDriver.cuGraphLaunch(executable, CudaLife.stream(stream)));
      stream.synchronize();
    } finally {
      twice("cuGraphExecDestroy", () -> JCudaDriver.cuGraphExecDestroy(executable));
    }
  }

  private static void must(String call, int status) {
    if (status != CUresult.CUDA_SUCCESS) {
      throw new InitiumException(call + " gave " + status);
    }
  }

  private static void twice(String call, IntSupplier giveBack) {
    if (giveBack.getAsInt() != CUresult.CUDA_SUCCESS) {
      must(call, giveBack.getAsInt());
    }
  }

  private static void copies(int bytes) {
    try (Storage storage = BACKEND.allocate(DEVICE, bytes);
        Stream stream = BACKEND.newStream(DEVICE)) {
      MemorySegment host = MemorySegment.ofArray(new byte[bytes]);
      BACKEND.copyFromHost(host, storage, 0, stream);
      BACKEND.copyToHost(storage, 0, host, stream);
      stream.synchronize();
    }
  }

  private static void pinnedCopies() {
    try (Storage storage = BACKEND.allocate(DEVICE, 1000);
        Storage host = BACKEND.allocateHost(DEVICE, 1000);
        Stream stream = BACKEND.newStream(DEVICE)) {
      BACKEND.copyFromHost(host.segment(), storage, 0, stream);
      BACKEND.copyToHost(storage, 0, host.segment(), stream);
      stream.synchronize();
    }
  }

  /** Rows in the midst of a tensor, to the host and back to the rows behind them. */
  private static void viewCopies() {
    try (Tensor tensor = Tensor.empty(Shape.of(20, 13), DType.F32, DEVICE)) {
      Fills.fill(tensor, new Fill.Constant(1), Generator.philox(1));
      Stream stream = BACKEND.defaultStream(DEVICE);
      try (Tensor rows = tensor.narrow(0, 5, 3).toCpu()) {
        Tensor below = tensor.narrow(0, 8, 3);
        long offset = below.memoryOffset() * Float.BYTES;
        BACKEND.copyFromHost(rows.segment(), below.storage(), offset, stream);
        stream.synchronize();
      }
    }
  }

  private static void batch() {
    try (Tensor tensor = Tensor.empty(Shape.of(60), DType.F32, DEVICE);
        Tensor half = Tensor.empty(Shape.of(60), DType.BF16, DEVICE);
        Stream stream = BACKEND.newStream(DEVICE)) {
      new FillBatch()
          .add(tensor, new Fill.Constant(1), Generator.philox(1))
          .add(tensor, TRUNCATED, Generator.philox(1))
          .add(half, NORMAL, Generator.philox(1))
          .queue(stream);
      stream.synchronize();
    }
  }

  /** Three chunks and a small tensor, as {@code initium init} makes them. */
  private static void model() {
    Plan plan =
        Plan.of(
            new PlannedTensor("weight", Shape.of(30, 100), DType.F32, Init.parse("normal")),
            new PlannedTensor("bias", Shape.of(100), DType.F32, Init.parse("zeros")));
    Generator generator = Generator.philox(1);
    try {
      new PlanFiller(
              generator,
              GeneratorSharing.of(generator),
              List.of(DEVICE),
              RowShard.ALL,
              4096,
              Integer.MAX_VALUE)
          .fill(plan, (tensor, offset, bytes) -> {});
    } catch (IOException e) {
      throw new AssertionError("the sink writes nothing", e);
    }
  }

  private static void release() {
    fill(Generator.philox(1), TRUNCATED, DType.F32, 100).run.run();
    Gpus.release();
  }
}
