// SPDX-License-Identifier: Apache-2.0
package org.initium.libtorch;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.initium.DType;
import org.initium.Shape;
import org.initium.Tensor;
import org.initium.dlpack.BorrowedTensor;
import org.initium.dlpack.DLPack;
import org.initium.initializer.Init;
import org.initium.random.Generator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * DLPack between libtorch and us, both ways. JavaCPP has no at::toDLPack and at::fromDLPack, which
 * are called by their C++ names: an object that is returned is written where the first argument
 * points, and one that is given is pointed at.
 */
@SuppressWarnings("restricted")
class LibtorchDLPackTest {
  private static SymbolLookup libtorch;

  @BeforeAll
  static void load() {
    JavaCpp.load();
    libtorch = SymbolLookup.libraryLookup(LoadedLibrary.path("torch_cpu"), Arena.global());
  }

  private static MethodHandle function(String name, FunctionDescriptor type) {
    return Linker.nativeLinker().downcallHandle(libtorch.findOrThrow(name), type);
  }

  private static long toDLPack(boolean versioned, long tensor) throws Throwable {
    String name = versioned ? "_ZN2at17toDLPackVersioned" : "_ZN2at8toDLPack";
    return ((MemorySegment)
            function(name + "ERKNS_6TensorE", FunctionDescriptor.of(ADDRESS, ADDRESS))
                .invokeExact(MemorySegment.ofAddress(tensor)))
        .address();
  }

  /** The at::Tensor in {@code room}; an empty std::function stands for the struct's deleter. */
  private static void fromDLPack(boolean versioned, long struct, MemorySegment room, Arena arena)
      throws Throwable {
    String name =
        versioned
            ? "_ZN2at19fromDLPackVersionedEP24DLManagedTensorVersioned"
            : "_ZN2at10fromDLPackEP15DLManagedTensor";
    MemorySegment empty = arena.allocate(32, 8);
    function(name + "St8functionIFvPvEE", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, ADDRESS))
        .invokeExact(room, MemorySegment.ofAddress(struct), empty);
  }

  private static final class Address extends Pointer {
    Address(long of) {
      address = of;
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void libtorchSeesWhatIsFilledLater(boolean versioned) throws Throwable {
    int before = DLPack.liveExports();
    MemorySegment room =
        (MemorySegment)
            Linker.nativeLinker()
                .downcallHandle(
                    Linker.nativeLinker().defaultLookup().findOrThrow("malloc"),
                    FunctionDescriptor.of(ADDRESS, ValueLayout.JAVA_LONG))
                .invokeExact(8L);
    try (Tensor tensor = Tensor.empty(Shape.of(6, 4), DType.BF16);
        Arena arena = Arena.ofConfined()) {
      Tensor turned = tensor.transpose(0, 1);
      long struct = (versioned ? DLPack.export(turned) : DLPack.exportLegacy(turned)).address();
      fromDLPack(versioned, struct, room, arena);
      var theirs = new org.bytedeco.pytorch.Tensor(new Address(room.address()));
      assertEquals(ScalarType.BFloat16.value, theirs.scalar_type().value);
      assertEquals(4, theirs.size(0));
      tensor.fill(Init.uniform(1, 2), Generator.philox(42));
      double sum = 0;
      for (int i = 0; i < 24; i++) {
        sum += tensor.get(i / 4, i % 4);
      }
      assertEquals(sum, theirs.to(ScalarType.Double).sum().item_double());
      assertEquals(tensor.get(5, 2), theirs.get(2).get(5).item_double());
      assertEquals(before + 1, DLPack.liveExports());
      System.gc(); // JavaCPP's own views of it
      int error =
          (int)
              function("aoti_torch_delete_tensor_object", FunctionDescriptor.of(JAVA_INT, ADDRESS))
                  .invokeExact(room);
      assertEquals(0, error);
      for (int i = 0; i < 100 && DLPack.liveExports() > before; i++) {
        System.gc();
        Thread.sleep(50);
      }
      assertEquals(before, DLPack.liveExports());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void weFillWhatLibtorchLends(boolean versioned) throws Throwable {
    org.bytedeco.pytorch.Tensor theirs = JavaCpp.nines(ScalarType.Float, 5, 6);
    org.bytedeco.pytorch.Tensor slice = theirs.narrow(1, 2, 3);
    long struct = toDLPack(versioned, slice.address());
    try (BorrowedTensor borrowed = versioned ? DLPack.borrow(struct) : DLPack.borrowLegacy(struct);
        Tensor expected = Tensor.empty(Shape.of(5, 3), DType.F32)) {
      borrowed.tensor().fill(Init.normal(), Generator.philox(42));
      expected.fill(Init.normal(), Generator.philox(42));
      org.bytedeco.pytorch.Tensor copy = slice.contiguous();
      assertArrayEquals(
          expected.segment().toArray(ValueLayout.JAVA_FLOAT),
          MemorySegment.ofAddress(copy.data_ptr().address())
              .reinterpret(copy.nbytes())
              .toArray(ValueLayout.JAVA_FLOAT));
      double others = theirs.sum().item_double() - slice.sum().item_double();
      assertEquals(9 * 15, others, 1e-4);
    }
  }
}
