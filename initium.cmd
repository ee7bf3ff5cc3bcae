@echo off
rem Initium's launcher for Windows: finds a JDK 25 or newer, builds the program when it is missing, and runs it.
rem It has no cache of classes, as the other launcher has: who may write to a folder, cmd cannot tell.
setlocal
set "home=%~dp0"
set "jar=%home%target\initium.jar"
rem In a release this is in bin, and the program in lib.
if not exist "%home%pom.xml" set "jar=%home%..\lib\initium.jar"

set "jdk=%JAVA_HOME%"
if not defined jdk for %%j in (java.exe) do set "jdk=%%~dp$PATH:j.."
if not exist "%jdk%\release" goto nojava
set "major=0"
for /f "usebackq tokens=1,2 delims==." %%a in ("%jdk%\release") do if "%%a"=="JAVA_VERSION" set major=%%b
set major=%major:"=%
if %major% LSS 25 goto nojava
set "java=%jdk%\bin\java.exe"

if exist "%jar%" goto run
where mvn >nul 2>&1 || (
  echo initium: the program must be built first, and there is no mvn on PATH; install Maven 3.8 or newer 1>&2
  exit /b 1
)
echo initium: building ^(once; a minute the first time^) 1>&2
call mvn -q -B -ntp -f "%home%pom.xml" -Dmaven.test.skip=true package 1>&2 || (
  echo initium: the build failed; its messages are above 1>&2
  exit /b 1
)

:run
"%java%" -Xmx768m -XX:+UseSerialGC -Xlog:disable ^
  -Djdk.reflect.useNativeAccessorOnly=true %INITIUM_JAVA_OPTIONS% -jar "%jar%" %*
exit /b %ERRORLEVEL%

:nojava
echo initium: no JDK 25 or newer in JAVA_HOME or on PATH; install one ^(https://adoptium.net^) or set JAVA_HOME 1>&2
exit /b 1
