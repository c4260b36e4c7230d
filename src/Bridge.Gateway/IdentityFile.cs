using Bridge.Gateway.Commands;
using Bridge.Link.Trust;

namespace Bridge.Gateway;

/// <summary>Finds this gateway's identity where it should be, or makes it there.</summary>
internal static class IdentityFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Loads the identity that should be at <paramref name="path"/> now, for a gateway that runs already.</summary>
    /// <exception cref="CommandFailedException">It is not there, is no identity, or cannot be read.</exception>
    public static GatewayIdentity Load(string path)
    {
        try
        {
            return GatewayIdentity.Load(path);
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(
                ExitCode.Configuration, $"identity: {failure.Message.TrimEnd('.')}; put the PEM file with key and certificate there, readable for the gateway, and reload again.", failure);
        }
    }

    /// <summary>Loads the identity at <paramref name="path"/>; makes a new one, with its directory, when there is no file.</summary>
    /// <exception cref="CommandFailedException">The file is no identity, or can be neither read nor made.</exception>
    public static GatewayIdentity LoadOrCreate(string path, string name, TimeProvider time, out bool created)
    {
        try
        {
            created = !File.Exists(path);
            if (!created)
            {
                return GatewayIdentity.Load(path);
            }

            Directory.CreateDirectory(Path.GetDirectoryName(path)!, OwnerOnly);
            return GatewayIdentity.Create(path, name, time);
        }
        catch (InvalidDataException unusable)
        {
            throw new CommandFailedException(ExitCode.Failure, $"{unusable.Message} Restore the file, or remove it to get a new key (peers then need the new fingerprint).", unusable);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(ExitCode.Failure, $"the identity {path} can be neither read nor made: {failure.Message} Choose another file with identity in the configuration, or --identity.", failure);
        }
    }
}
