using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Bridge.Link.Trust;

/// <summary>The text of a PEM file with a private key in it. It lies in memory that is neither moved nor copied, and is wiped when it is not needed any more.</summary>
internal sealed class PemText : IDisposable
{
    private readonly char[] _characters;
    private int _length;

    private PemText(int capacity) => _characters = GC.AllocateArray<char>(capacity, pinned: true);

    public ReadOnlySpan<char> Characters => _characters.AsSpan(0, _length);

    /// <summary>A file's text.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static PemText Read(string path)
    {
        using FileStream file = new(path, new FileStreamOptions { BufferSize = 0 });
        byte[] bytes = GC.AllocateArray<byte>(checked((int)file.Length), pinned: true);
        try
        {
            int read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            PemText text = new(Encoding.UTF8.GetMaxCharCount(read));
            text._length = Encoding.UTF8.GetChars(bytes.AsSpan(0, read), text._characters);
            return text;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>A certificate and its key.</summary>
    public static PemText Of(X509Certificate2 certificate, AsymmetricAlgorithm key)
    {
        // Certificate and key of a P-256 pair are 1 KiB together.
        PemText text = new(capacity: 16 * 1024);
        text.Append(certificate.ExportCertificatePem());
        text.Append("\n");
        text._length += key.TryExportPkcs8PrivateKeyPem(text._characters.AsSpan(text._length), out int written) ? written : throw new CryptographicException("The key's text is longer than any key of ours.");
        text.Append("\n");
        return text;
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(_characters.AsSpan()));

    private void Append(string part)
    {
        part.CopyTo(_characters.AsSpan(_length));
        _length += part.Length;
    }
}
