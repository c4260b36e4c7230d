using System.Net;
using Bridge.EndToEnd.Tests.Processes;

namespace Bridge.EndToEnd.Tests.Sockets;

/// <summary>Applications in Python, with nothing but its standard library: what the documentation of the sockets says, written down by somebody else.</summary>
internal static class PythonPrograms
{
    /// <summary>
    /// A stream connection: <c>PLACE LINE serve</c> sends every message back to where it came from, until the end; <c>PLACE LINE ask TEXT...</c> sends each text and
    /// prints what comes back.
    /// </summary>
    private const string Stream = """
        import re
        import socket
        import struct
        import sys

        place, line, role, *texts = sys.argv[1:]
        if place.startswith("/"):
            s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            s.connect(place)
        else:
            host, port = place.rsplit(":", 1)
            s = socket.create_connection((host, int(port)))
        stream = s.makefile("rwb")
        addressed = line.endswith(" addressed")


        def send(message, destination):
            if addressed:
                stream.write(struct.pack("<HII", len(message), 0, destination) + message)
            else:
                stream.write(struct.pack("<H", len(message)) + message)
            stream.flush()


        def receive():
            # The message, who sent it and to whom; None at the end.
            layout = "<HII" if addressed else "<H"
            header = stream.read(struct.calcsize(layout))
            if len(header) == 0:
                return None
            length, *addresses = struct.unpack(layout, header)
            return stream.read(length), *addresses


        stream.write(line.encode() + b"\n")
        stream.flush()
        answer = stream.readline().decode()
        print(answer, end="", flush=True)
        if not answer.startswith("ok "):
            sys.exit(1)
        if role == "serve":
            while came := receive():
                print(*came[1:], came[0].decode(), flush=True)
                send(came[0], came[1] if addressed else None)
        else:
            remote = re.search("remote=([0-9]+)", answer)
            for text in texts:
                send(text.encode(), int(remote[1]) if remote else None)
                message, *addresses = receive()
                print(*addresses, message.decode(), flush=True)
        print("end")
        """;

    /// <summary>Sends each line of standard input as a request and prints the reply.</summary>
    private const string Control = """
        import socket
        import sys

        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
            s.connect(sys.argv[1])
            for line in sys.stdin:
                s.send(line.strip().encode())
                print(s.recv(65536).decode(), flush=True)
        """;

    /// <summary>Starts an application at a stream socket.</summary>
    public static RunningProcess StartStream(string path, string line, string role, params string[] texts) => Start(Stream, [path, line, role, .. texts]);

    /// <summary>Starts an application at a TCP address for stream connections.</summary>
    public static RunningProcess StartStream(IPEndPoint address, string line, string role, params string[] texts) => Start(Stream, [address.ToString(), line, role, .. texts]);

    /// <summary>Starts an application at a control socket; it is told what to ask on its standard input.</summary>
    public static RunningProcess StartControl(string path) => Start(Control, [path]);

    private static RunningProcess Start(string program, string[] arguments) =>
        RunningProcess.Start(Machine.Here.Command(Programs.Path("python3"), ["-c", program, .. arguments]));
}
