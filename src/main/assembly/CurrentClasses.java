// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/**
 * Gives the classes of a jar that are for Java 5 or older the version of Java 7, and the stack maps
 * that its verifier wants: {@code java CurrentClasses.java JAR}. No instruction changes. Java's
 * cache of linked classes takes none that is older, which would cost each start of the command line
 * 40 ms (decision 0030). The jar's manifest says so.
 */
final class CurrentClasses {
  private static final int OLDEST = ClassFile.JAVA_6_VERSION; // what the cache takes
  private static final int VERSION = ClassFile.JAVA_7_VERSION; // the verifier has no other way
  private static final String NOTE = "Modified-By-Initium";

  private final JarFile jar;
  private final ClassFile classes;

  private CurrentClasses(JarFile jar) {
    this.jar = jar;
    ClassHierarchyResolver inJar =
        ClassHierarchyResolver.ofResourceParsing(
            type -> {
              String name = type.descriptorString();
              JarEntry entry = jar.getJarEntry(name.substring(1, name.length() - 1) + ".class");
              try {
                return entry == null ? null : jar.getInputStream(entry);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    classes =
        ClassFile.of(
            StackMapsOption.GENERATE_STACK_MAPS,
            ClassHierarchyResolverOption.of(
                inJar.orElse(ClassHierarchyResolver.defaultResolver())));
  }

  public static void main(String[] arguments) throws IOException {
    Path file = Path.of(arguments[0]);
    Path made = file.resolveSibling(file.getFileName() + ".new");
    boolean changed;
    try (JarFile jar = new JarFile(file.toFile())) {
      changed = new CurrentClasses(jar).write(made);
    }
    if (changed) {
      Files.move(made, file, StandardCopyOption.REPLACE_EXISTING);
    } else { // by a build before
      Files.delete(made);
    }
  }

  /** Returns whether there was something to do. */
  private boolean write(Path made) throws IOException {
    Manifest manifest = new Manifest(jar.getManifest());
    manifest
        .getMainAttributes()
        .put(new Attributes.Name(NOTE), "class files of version " + VERSION + ", with stack maps");
    boolean changed = false;
    try (OutputStream out = Files.newOutputStream(made);
        JarOutputStream jarOut = new JarOutputStream(out)) {
      for (JarEntry entry : Collections.list(jar.entries())) {
        byte[] bytes = jar.getInputStream(entry).readAllBytes();
        JarEntry copy = new JarEntry(entry.getName());
        copy.setTimeLocal(entry.getTimeLocal());
        jarOut.putNextEntry(copy);
        if (entry.getName().equals(JarFile.MANIFEST_NAME)) {
          manifest.write(jarOut);
        } else if (entry.getName().endsWith(".class") && version(bytes) < OLDEST) {
          jarOut.write(current(entry.getName(), bytes));
          changed = true;
        } else {
          jarOut.write(bytes);
        }
        jarOut.closeEntry();
      }
    }
    return changed;
  }

  private static int version(byte[] bytes) {
    return (bytes[6] & 0xff) << 8 | bytes[7] & 0xff;
  }

  private byte[] current(String name, byte[] bytes) {
    ClassModel model = classes.parse(bytes);
    byte[] made =
        classes.transformClass(
            model,
            ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL)
                .andThen(ClassTransform.endHandler(builder -> builder.withVersion(VERSION, 0))));
    if (!classes.verify(made).isEmpty()) {
      throw new IllegalStateException(name + ": " + classes.verify(made).getFirst().getMessage());
    }
    return made;
  }
}
