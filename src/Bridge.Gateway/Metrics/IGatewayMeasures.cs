namespace Bridge.Gateway.Metrics;

/// <summary>What the instruments need of a gateway. Any thread.</summary>
internal interface IGatewayMeasures
{
    /// <summary>All figures at this moment, each device's taken in its turn.</summary>
    Task<GatewayMeasures> MeasureAsync();
}
