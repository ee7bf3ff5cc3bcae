// SPDX-License-Identifier: Apache-2.0
package org.initium.cuda.library;

import java.io.IOException;
import java.net.URL;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.initium.DeviceUnavailableException;
import org.initium.natives.NativeFiles;
import org.initium.text.Text;

/**
 * Loads JCuda's own natives. JCuda would unpack them to a fixed name in java.io.tmpdir, and load
 * whatever file has that name already; anyone who can write there would run code in this process.
 * So they are unpacked by us to a private folder, checked, and JCuda is pointed at that folder for
 * as long as one of its classes starts up.
 */
public final class Jcuda {
  private static final String PLATFORM = "linux-x86_64";
  private static final Set<String> STARTED = new HashSet<>();

  private Jcuda() {}

  /**
   * Makes one of JCuda's classes ready for use.
   *
   * @param version JCuda's version
   * @param library the library's name, as {@code JCudaDriver}
   * @param initialize what makes JCuda load it
   * @throws DeviceUnavailableException if that fails
   */
  public static synchronized void start(String version, String library, Runnable initialize) {
    if (STARTED.contains(library)) {
      return;
    }
    String name = "lib" + library + "-" + version + "-" + PLATFORM + ".so";
    URL resource = Jcuda.class.getClassLoader().getResource("lib/" + name);
    if (resource == null) {
      throw new DeviceUnavailableException(
          Text.message(
              "no %s on the class path; add the artifact of org.jcuda with classifier %s (on the"
                  + " module path it is found beside jcuda)",
              name, PLATFORM));
    }
    try {
      NativeFiles.of("jcuda-" + version)
          .load(resource, name, file -> in(file.getParent(), initialize));
    } catch (IOException | LinkageError e) {
      throw new DeviceUnavailableException("JCuda's " + name + " does not load: " + reason(e), e);
    }
    STARTED.add(library);
  }

  /**
   * Has JCuda look into that folder, for which it knows no other way: java.library.path is read at
   * the JVM's start, and its classes do not start without having loaded the file themselves. The
   * property is the whole process's, and so is the lock: other class loaders may start a JCuda of
   * their own. Java's own temporary files stay where they were, since it reads the property once.
   */
  private static void in(Path folder, Runnable initialize) {
    synchronized (System.getProperties()) {
      String tmpdir = System.getProperty("java.io.tmpdir");
      System.setProperty("java.io.tmpdir", folder.toString());
      try {
        initialize.run();
      } finally {
        System.setProperty("java.io.tmpdir", tmpdir);
      }
    }
  }

  /** JCuda's message has several lines and two stack traces; its cause is in one of them. */
  private static String reason(Throwable e) {
    return String.valueOf(e.getMessage())
        .lines()
        .filter(line -> line.contains(".so"))
        .reduce((first, last) -> last)
        .orElse(String.valueOf(e.getMessage()))
        .strip();
  }

  /**
   * The name of a status, as JCuda gives it; where it knows none it says INVALID and its own type,
   * which tells nobody anything.
   */
  public static String named(String name) {
    return name.startsWith("INVALID") ? "a status without a name" : name;
  }
}
