// Allocations are counted for the whole process, and two measurements at a time would measure each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
