namespace Bridge.Link.Connections;

/// <summary>Tasks that were started and are joined at the end: nothing is fired and forgotten. Their own code keeps them from failing.</summary>
internal sealed class RunningTasks
{
    private readonly Lock gate = new();
    private readonly HashSet<Task> running = [];

    public int Count
    {
        get
        {
            lock (gate)
                return running.Count;
        }
    }

    /// <summary>Starts an operation on the thread pool and keeps its task until it ends.</summary>
    public void Start(Func<Task> operation)
    {
        lock (gate)
        {
            Task task = Task.Run(operation);
            running.Add(task);
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
            lock (gate)
                all = [.. running];
            if (all.Length == 0)
                return;
            await Task.WhenAll(all);
        }
    }

    private void Remove(Task task)
    {
        lock (gate)
            running.Remove(task);
    }
}
