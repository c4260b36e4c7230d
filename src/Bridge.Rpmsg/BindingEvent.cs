namespace Bridge.Rpmsg;

/// <summary>What an address service message means for one service and one destination.</summary>
internal enum BindingEvent
{
    /// <summary>ASSIGN, and the service wants this destination.</summary>
    Assign,

    /// <summary>ASSIGN, and the service wants no further destination.</summary>
    AssignUnwanted,

    /// <summary>FREE.</summary>
    Free,
}
