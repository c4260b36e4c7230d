namespace Bridge.LoadTests;

/// <summary>The run says nothing about the bridge: a part did not come up, or a floor is not to be believed. Exit code 2.</summary>
internal sealed class InvalidRunException(string message) : Exception(message);
