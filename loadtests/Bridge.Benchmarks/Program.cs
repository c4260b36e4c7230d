using BenchmarkDotNet.Running;

// In this process: the projects that the runner would make in its place would be built with this repository's settings, which are not meant for generated code.
string[] inProcess = args.Contains("--inProcess") || args.Contains("-i") ? [] : ["--inProcess"];
// Without a filter the runner asks a question, which nobody may be there to answer.
string[] all = args.Any(static argument => argument is "--filter" or "-f" or "--list" or "--help") ? [] : ["--filter", "*"];
return BenchmarkSwitcher.FromAssembly(typeof(Bridge.Benchmarks.RingBenchmarks).Assembly).Run([.. args, .. inProcess, .. all]).Any(static summary => summary.HasCriticalValidationErrors) ? 1 : 0;
