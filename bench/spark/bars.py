# SPDX-License-Identifier: Apache-2.0
"""Spark's bars: two executors over one, and what Spark costs beside the fill. Five minutes on two idle cores.

    mvn -f adapters -pl spark verify        # once: makes the jar, and lays Spark out
    python3 bench/spark/bars.py [--gigabytes 10] [--folder DIR] [--rounds 2] [--plain]

SPARK_HOME is used where it is set. Needs room for the model in the folder (else a temporary one), once at a time.
/dev/shm leaves the disk out. The processor time is that of all processes, the driver and the executors, and of
everything in them: JIT, garbage collection. Of the rounds, the least counts: noise only adds. The JVMs start as
docs/cluster.md advises; --plain leaves them as Spark starts them. An empty job is what Spark costs by itself.
"""

import argparse
import ctypes
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
SPARK = ROOT / "adapters" / "spark" / "target"
FILES = 40
PR_SET_CHILD_SUBREAPER = 36


def java():
    for home in [os.environ.get("JAVA_HOME", ""), *sorted(map(str, pathlib.Path("/usr/lib/jvm").glob("*")))]:
        release = pathlib.Path(home, "release")
        if home and release.exists() and any(f'JAVA_VERSION="{v}' in release.read_text() for v in range(25, 40)):
            return str(pathlib.Path(home, "bin", "java"))
    sys.exit("bars: no JDK 25 in JAVA_HOME or /usr/lib/jvm")


def measured(command, env=None):
    """The clock and the processor time, in seconds, of a command and all processes that it starts.

    Executors may outlive their driver: this process adopts them, and waits for all.
    """
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    begun = time.monotonic()
    clock = cpu = status = 0
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(list(map(str, command)), env=env, stdout=said, stderr=subprocess.STDOUT)
        while True:
            try:
                ended, waited, usage = os.wait4(-1, 0)
            except ChildProcessError:
                break
            cpu += usage.ru_utime + usage.ru_stime
            if ended == process.pid:
                clock, status = time.monotonic() - begun, waited
        process.returncode = status
        if status != 0:
            said.seek(0)
            sys.exit(f"bars: {' '.join(map(str, command))}\n{said.read()}")
    return clock, cpu


class Bars:
    def __init__(self, folder, gigabytes, rounds, plain):
        self.rounds = rounds
        self.plain = plain
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="initium-bars-", dir=folder))
        self.bytes = gigabytes * 1_000_000_000
        self.model = self.recipe("model", self.bytes // FILES // 4)
        self.tiny = self.recipe("tiny", 1)
        self.java = java()
        self.home = pathlib.Path(os.environ.get("SPARK_HOME", SPARK / "spark"))
        jars = list(SPARK.glob("initium-spark-*-all.jar"))
        if len(jars) != 1 or not (self.home / "jars").is_dir():
            sys.exit("bars: first: mvn -f adapters -pl spark verify")
        self.jar = jars[0]
        options = [self.java, "-cp", f"{self.home}/jars/*", ROOT / "bench" / "spark" / "ModuleOptions.java"]
        self.options = subprocess.check_output(list(map(str, options)), text=True).split()
        self.empty = self.empty_job()

    def empty_job(self):
        """A job of as many tasks, which do nothing: a jar of its own."""
        source = ROOT / "bench" / "spark" / "EmptyJob.java"
        tools = pathlib.Path(self.java).parent
        classes = self.folder / "classes"
        subprocess.check_call([tools / "javac", "-cp", f"{self.home}/jars/*", "-d", classes, source])
        jar = self.folder / "empty.jar"
        subprocess.check_call([tools / "jar", "cfe", jar, "EmptyJob", "-C", classes, "."])
        return jar

    def recipe(self, name, elements):
        path = self.folder / f"{name}.yaml"
        path.write_text(
            f'tensors: {{"w{{0..{FILES - 1}}}": [{elements}]}}\nrules: [{{match: "*", init: normal(std=0.02)}}]\n'
        )
        return path, 4 * elements

    def clear(self):
        shutil.rmtree(self.folder / "out", ignore_errors=True)
        (self.folder / "out").mkdir()
        return self.folder / "out"

    def one_process(self):
        recipe, size = self.model
        command = [ROOT / "initium", "init", recipe, "--out", self.clear(), "--part", "0/1"]
        return measured([*command, "--max-shard-size", size])

    def archive(self, process):
        return self.folder / f"{process}.jsa"

    def jvm(self, process):
        """What docs/cluster.md advises for the driver or the executor."""
        if self.plain:
            return []
        options = ["-XX:+UseSerialGC", "-XX:+AutoCreateSharedArchive", f"-XX:SharedArchiveFile={self.archive(process)}"]
        return ["-XX:TieredStopAtLevel=1", *options] if process == "driver" else options

    def submit(self, executors, job):
        env = {**os.environ, "SPARK_HOME": str(self.home), "SPARK_SCALA_VERSION": "2.13", "SPARK_LOCAL_IP": "127.0.0.1"}
        command = [self.java, *self.options, "-Xmx512m", *self.jvm("driver")]
        command += ["-cp", f"{self.home}/jars/*", "org.apache.spark.deploy.SparkSubmit"]
        command += ["--master", f"local-cluster[{executors},1,1024]", "--conf", "spark.executor.memory=1g"]
        command += ["--conf", f"spark.local.dir={self.folder}"]
        if not self.plain:
            command += ["--conf", "spark.executor.extraJavaOptions=" + " ".join(self.jvm("executor"))]
        return measured([*command, *job], env)

    def spark(self, executors, what):
        recipe, size = what
        out = f"file://{self.clear()}"
        return self.submit(executors, [self.jar, recipe, "--out", out, "--max-shard-size", size])

    def archives(self):
        paths = [self.archive(process) for process in ("driver", "executor")]
        return [path.exists() and path.stat().st_mtime for path in paths]

    def make_archives(self):
        """Runs until a run finds both and writes none: an executor that is slow to write is killed."""
        for _ in range(6):
            before = self.archives()
            self.spark(1, self.tiny)
            if all(before) and before == self.archives():
                return
        sys.exit("bars: executors are killed before they have written their classes; the machine is too busy")

    def rows(self):
        return {
            "one process": self.one_process,
            "two executors": lambda: self.spark(2, self.model),
            "one executor": lambda: self.spark(1, self.model),
            "two executors, 160 bytes": lambda: self.spark(2, self.tiny),
            "one executor, 160 bytes": lambda: self.spark(1, self.tiny),
            "two executors, empty job": lambda: self.submit(2, [self.empty, FILES]),
        }

    def run(self):
        try:
            self.one_process()  # which may build, and fills what caches there are
            if not self.plain:
                self.make_archives()
            rounds = [{name: row() for name, row in self.rows().items()} for _ in range(self.rounds)]
        finally:
            shutil.rmtree(self.folder)
        least = {name: [min(seconds) for seconds in zip(*(r[name] for r in rounds))] for name in rounds[0]}
        print(f"{self.bytes / 1e9:.0f} GB of f32 normals in {FILES} files, seconds by the clock and of the processors,")
        print(f"the least of {self.rounds} rounds; JVMs {'as Spark starts them' if self.plain else 'as advised'}:")
        for name, (clock, cpu) in least.items():
            print(f"  {name:25} {clock:6.1f} {cpu:6.1f}")
        alone, two, one, two_tiny, one_tiny, empty = least.values()
        fills = [one[1] - one_tiny[1], two[1] - two_tiny[1]]
        if min(fills) < 3:
            print("two executors over one: the fill took too little beside the starts; more gigabytes, an idle machine")
        else:
            ratio = 2 * fills[0] / fills[1]
            print(f"two executors over one, by processor time of the fill: {ratio:.2f} (must be 1.9 or more)")
        print(f"Spark's overhead by the clock: {two[0] - alone[0]:.1f} s (must be under 15; of an idle machine)")
        print(f"Spark's overhead by processor time of two cores: {(two[1] - alone[1]) / 2:.1f} s")
        print(f"of which an empty job: {empty[0]:.1f} s by the clock, {empty[1] / 2:.1f} s of two cores")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gigabytes", type=int, default=10)
    parser.add_argument("--folder")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--plain", action="store_true")
    arguments = parser.parse_args()
    Bars(arguments.folder, arguments.gigabytes, arguments.rounds, arguments.plain).run()
