using Bridge.Gateway.Commands;

namespace Bridge.Gateway.Applications;

/// <summary>Cuts a byte stream into messages: at newlines, or every so many bytes. Holds one buffer, whatever comes. One reader at a time.</summary>
/// <param name="input">The bytes.</param>
/// <param name="options">How to cut.</param>
internal sealed class InputMessages(Stream input, CatOptions options)
{
    // Lines are read ahead by at least so much, so that short ones do not cost a read each.
    private const int ReadAhead = 65536;

    // A line is counted to its end for the error message, but not for ever.
    private const long CountedAtMost = 1 << 30;

    private readonly byte[] _buffer = new byte[options.Chunk ?? options.MaximumMessage + 1 + ReadAhead];
    private int _start, _end;
    private long _lines;

    // Spelt out: a bare null beside a memory would become an empty one, which is a message.
    private static ReadOnlyMemory<byte>? End => null;

    /// <summary>The next message, valid until the next call; null at the end of the stream.</summary>
    /// <exception cref="CommandFailedException">A line is longer than a message.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellation) =>
        options.Chunk is null ? await ReadLineAsync(cancellation) : await ReadChunkAsync(cancellation);

    private async ValueTask<ReadOnlyMemory<byte>?> ReadChunkAsync(CancellationToken cancellation)
    {
        int length = 0;
        while (length < _buffer.Length && await FillAsync(_buffer.AsMemory(length), cancellation) is > 0 and int read)
            length += read;
        return length == 0 ? End : _buffer.AsMemory(0, length);
    }

    private async ValueTask<ReadOnlyMemory<byte>?> ReadLineAsync(CancellationToken cancellation)
    {
        for (int searched = 0; ;)
        {
            int newline = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (newline >= 0)
                return await TakeAsync(searched + newline, newlines: 1, cancellation);
            searched = _end - _start;
            if (searched > options.MaximumMessage)
                throw await TooLongAsync(searched, isCounted: false, cancellation);
            MakeRoom();
            int read = await FillAsync(_buffer.AsMemory(_end), cancellation);
            if (read == 0)
                return searched == 0 ? End : await TakeAsync(searched, newlines: 0, cancellation);
            _end += read;
        }
    }

    private async ValueTask<ReadOnlyMemory<byte>> TakeAsync(int length, int newlines, CancellationToken cancellation)
    {
        int message = length + (options.Raw ? newlines : 0);
        if (message > options.MaximumMessage)
            throw await TooLongAsync(message, isCounted: true, cancellation);
        Memory<byte> line = _buffer.AsMemory(_start, message);
        _start += length + newlines;
        _lines++;
        return line;
    }

    /// <summary>What is left moves to the front, so that a whole message fits behind.</summary>
    private void MakeRoom()
    {
        if (_start == 0)
            return;
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
    }

    private async Task<CommandFailedException> TooLongAsync(long length, bool isCounted, CancellationToken cancellation)
    {
        bool ended = isCounted;
        while (!ended && length < CountedAtMost)
        {
            int read = await FillAsync(_buffer, cancellation);
            int newline = _buffer.AsSpan(0, read).IndexOf((byte)'\n');
            ended = read == 0 || newline >= 0;
            length += newline >= 0 ? newline + (options.Raw ? 1 : 0) : read;
        }

        return new CommandFailedException(
            ExitCode.Failure,
            $"line {_lines + 1} has {(ended ? "" : "more than ")}{length} bytes and a message at most {options.MaximumMessage}: use --chunk to send bytes instead of lines, or raise rpmsg:bufferSize of the device on both gateways.");
    }

    // A read of standard input cannot be taken back; the process ends with it pending, and nobody looks at what it brings.
    private Task<int> FillAsync(Memory<byte> room, CancellationToken cancellation) => input.ReadAsync(room, CancellationToken.None).AsTask().WaitAsync(cancellation);
}
