using System.Runtime.InteropServices;
using Bridge.Ports.Sockets.Streams;
using Xunit.Sdk;

namespace Bridge.Ports.Tests.Sockets.Streams;

/// <summary>
/// Random messages through output, a stream that cuts wherever it likes, and buffer; a queue of byte arrays is the oracle. Both ends share their buffers, so a
/// buffer that is used after it was given back shows as wrong bytes.
/// </summary>
public sealed class FramingOracleTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(30)]
    [InlineData(496)]
    [InlineData(2000)]
    [InlineData(40000)]
    [InlineData(65535)]
    public void Framing_RandomSplits_AgreesWithTheOracle(int maximum)
    {
        for (int round = 0; round < 16; round++)
        {
            int seed = (maximum * 100) + round;
            try
            {
                new Run(seed, maximum, addressed: round % 2 == 1).Execute();
            }
            catch (Exception error) when (error is XunitException or ArgumentException)
            {
                throw new XunitException($"seed {seed}, maximum {maximum}: {error.Message}", error);
            }
        }
    }

    private sealed class Run(int seed, int maximum, bool addressed)
    {
        private const int Operations = 1500;

        // Bytes that the stream between the two ends may hold.
        private const int StreamCapacity = 200_000;

        private readonly Random _random = new(seed);
        private readonly StreamBuffers _buffers = new(maximum);
        private readonly Queue<(uint Destination, byte[] Payload)> _expected = new();
        private readonly List<byte> _oracle = [];
        private readonly List<byte> _stream = [];
        private readonly byte[] _payload = new byte[maximum];
        private int _arrived;

        public void Execute()
        {
            using FrameOutput output = new(_buffers, addressed);
            using FrameBuffer frames = new(_buffers, addressed);
            for (int i = 0; i < Operations; i++)
            {
                switch (_random.Next(4))
                {
                    case 0 or 1:
                        Write(output);
                        break;
                    case 2:
                        Send(output, Bite());
                        break;
                    default:
                        Receive(frames, Bite());
                        Take(frames, _random.Next(8));
                        break;
                }
            }

            while (!output.IsEmpty || _stream.Count > 0 || frames.HasMessage)
            {
                Send(output, Bite());
                Receive(frames, Bite());
                Take(frames, int.MaxValue);
            }

            Assert.Empty(_expected);
            Assert.False(frames.HasPartial);
            Assert.Equal(0, _buffers.Lent);
        }

        private int Bite() => _random.Next(3) switch { 0 => _random.Next(1, 8), 1 => _random.Next(1, 3000), _ => _random.Next(1, 100_000) };

        private void Write(FrameOutput output)
        {
            byte[] payload = new byte[_random.Next(4) == 0 ? maximum : _random.Next(Math.Min(maximum, 600) + 1)];
            _random.NextBytes(payload);
            (uint source, uint destination) = ((uint)_random.NextInt64(1L << 32), (uint)_random.NextInt64(1L << 32));
            bool empty = output.IsEmpty;
            if (!output.TryWrite(source, destination, payload))
            {
                Assert.False(empty, "full though empty");
                return;
            }

            _expected.Enqueue((addressed ? destination : uint.MaxValue, payload));
            _oracle.AddRange(addressed ? FrameBytes.Addressed(source, destination, payload) : FrameBytes.Plain(payload));
        }

        private void Send(FrameOutput output, int most)
        {
            int count = Math.Min(Math.Min(most, output.Pending.Length), StreamCapacity - _stream.Count);
            // The stream is, byte for byte, what the oracle wrote.
            Assert.True(output.Pending[..count].SequenceEqual(CollectionsMarshal.AsSpan(_oracle)[..count]), "other bytes than were written");
            _stream.AddRange(output.Pending[..count]);
            output.Sent(count);
            _oracle.RemoveRange(0, count);
        }

        private void Receive(FrameBuffer frames, int most)
        {
            Span<byte> room = frames.Room();
            Assert.True(!room.IsEmpty || frames.HasMessage, "no room, and nothing to take");
            int count = Math.Min(Math.Min(most, room.Length), _stream.Count);
            CollectionsMarshal.AsSpan(_stream)[..count].CopyTo(room);
            // What lies behind is anything.
            _random.NextBytes(room.Slice(count, Math.Min(16, room.Length - count)));
            _stream.RemoveRange(0, count);
            _arrived += count;
            frames.Added(count);
        }

        private void Take(FrameBuffer frames, int most)
        {
            for (int i = 0; i < most; i++)
            {
                bool whole = _expected.TryPeek(out (uint Destination, byte[] Payload) next) && _arrived >= FrameLayout.HeaderSize(addressed) + next.Payload.Length;
                Assert.Equal(whole, frames.HasMessage);
                Assert.Equal(!whole && _arrived > 0, frames.HasPartial);
                Assert.Equal(whole ? FrameResult.Message : FrameResult.None, frames.TryTake(_payload, out int length, out uint destination));
                if (!whole)
                {
                    return;
                }

                _expected.Dequeue();
                _arrived -= FrameLayout.HeaderSize(addressed) + length;
                Assert.Equal(next.Destination, destination);
                Assert.True(_payload.AsSpan(0, length).SequenceEqual(next.Payload), "another payload");
            }
        }
    }
}
