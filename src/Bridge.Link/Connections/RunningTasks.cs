namespace Bridge.Link.Connections;

/// <summary>Tasks that were started and are joined at the end: nothing is fired and forgotten. Their own code keeps them from failing.</summary>
internal sealed class RunningTasks
{
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _running = [];

    public int Count
    {
        get
        {
            lock (_gate)
                return _running.Count;
        }
    }

    /// <summary>Starts an operation on the thread pool and keeps its task until it ends.</summary>
    public void Start(Func<Task> operation)
    {
        lock (_gate)
        {
            Task task = Task.Run(operation);
            _running.Add(task);
            // The removal waits for this lock, so it comes after the addition.
            _ = task.ContinueWith(Remove, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    /// <summary>Completes when none is running, counting those that the running ones start.</summary>
    public async Task JoinAsync()
    {
        while (true)
        {
            Task[] all;
            lock (_gate)
                all = [.. _running];
            if (all.Length == 0)
                return;
            await Task.WhenAll(all);
        }
    }

    private void Remove(Task task)
    {
        lock (_gate)
            _running.Remove(task);
    }
}
