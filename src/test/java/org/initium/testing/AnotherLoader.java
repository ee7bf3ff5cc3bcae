// SPDX-License-Identifier: Apache-2.0
package org.initium.testing;

import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * A class loader with all classes of the tests and the product for its own, as an application
 * server, Spark or a notebook makes one for each application.
 */
public final class AnotherLoader implements AutoCloseable {
  private final URLClassLoader loader;

  /** Behind the class path of the tests it has those folders. */
  public AnotherLoader(Path... behind) {
    loader = new URLClassLoader(classPath(behind), ClassLoader.getPlatformClassLoader());
  }

  private static URL[] classPath(Path... behind) {
    List<Path> all = new ArrayList<>();
    for (String each : System.getProperty("java.class.path").split(File.pathSeparator)) {
      all.add(Path.of(each));
    }
    all.addAll(List.of(behind));
    List<URL> urls = new ArrayList<>();
    for (Path each : all) {
      try {
        urls.add(each.toUri().toURL());
      } catch (MalformedURLException e) {
        throw new AssertionError(e);
      }
    }
    return urls.toArray(URL[]::new);
  }

  /** Calls a new object of that class, as this loader has it. */
  @SuppressWarnings("unchecked") // the class of that name returns the same
  public <T> T call(Class<? extends Callable<T>> work) throws Exception {
    Class<?> own = loader.loadClass(work.getName());
    if (own == work) {
      throw new AssertionError("the loader has no class of its own");
    }
    var constructor = own.getDeclaredConstructor();
    constructor.setAccessible(true);
    return ((Callable<T>) constructor.newInstance()).call();
  }

  @Override
  public void close() throws IOException {
    loader.close();
  }
}
