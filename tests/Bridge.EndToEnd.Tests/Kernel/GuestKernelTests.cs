using System.Diagnostics;
using System.Globalization;
using Bridge.EndToEnd.Tests.Applications;
using Bridge.EndToEnd.Tests.Processes;
using Bridge.Gateway.Lab;

namespace Bridge.EndToEnd.Tests.Kernel;

/// <summary>The guest by itself, without a bridge: what the tests of the bridge rely on.</summary>
[Trait("Category", "Kernel")]
public sealed class GuestKernelTests
{
    private const int Seed = 7, Count = 2000;

    [KernelFact]
    public async Task Start_NoDevices_HasTheDriversAndTurnsOff()
    {
        await using GuestKernel guest = await GuestKernel.StartAsync();

        Assert.Equal($"Linux {guest.Release}", await guest.RunAsync("uname -sr"));
        Assert.Equal("rpmsg_chrdev rpmsg_ctrl rpmsg_ns rpmsg_tty", await guest.RunAsync("echo $(ls /sys/bus/rpmsg/drivers)"));
        await guest.RunAsync("test -d $sys");
        await guest.RunAsync("sample 5 && lsmod | grep -q rpmsg_client_sample && sample_end");
        Assert.Equal(0, await guest.PowerOffAsync());
        Assert.Contains("reboot: System halted", guest.Log, StringComparison.Ordinal);
    }

    [KernelFact]
    public async Task Try_Commands_AnswerWithOutputAndExitCode()
    {
        await using GuestKernel guest = await GuestKernel.StartAsync();

        Assert.Equal(new GuestAnswer(0, ""), await guest.TryAsync("true"));
        Assert.Equal(new GuestAnswer(3, "out\nerr"), await guest.TryAsync("echo out; echo err >&2; (exit 3)"));
        Assert.Equal(new GuestAnswer(0, "= 5\n| no line end"), await guest.TryAsync("echo '= 5'; printf '| no line end'"));
        Assert.Equal(127, (await guest.TryAsync("nosuch")).ExitCode);
        Assert.Equal(new GuestAnswer(0, ""), await guest.TryAsync("kept=yes; (until test -e /tmp/go; do usleep 1000; done; exit 9) & job=$!"));
        Assert.Equal(new GuestAnswer(9, "yes"), await guest.TryAsync("echo $kept; touch /tmp/go; wait $job"));
        // Longer than a terminal's line.
        string text = new('x', 6000);
        Assert.Equal(text, await guest.RunAsync($"echo {text}"));
    }

    [KernelFact]
    public Task Reboot_Guest_ForgetsWhatRan() => GuestHungException.AgainAsync(async () =>
    {
        await using GuestKernel guest = await GuestKernel.StartAsync();
        await guest.RunAsync("kept=yes; sleep 1000 & echo something >/tmp/file");
        int log = guest.Log.Length, id = guest.Id;

        await guest.RebootAsync();

        Assert.Equal("", await guest.RunAsync("echo -n $kept; ls /tmp/file 2>/dev/null || true"));
        await guest.WaitForLogAsync("Run /init as init process", log);
        Assert.Equal(id, guest.Id);
    });

    [KernelFact]
    public async Task Kill_KernelAlone_EndsItsUserSpaceToo()
    {
        await using GuestKernel guest = await GuestKernel.StartAsync();
        await guest.RunAsync("sleep 1000 & sleep 1001 &");
        int[] userSpace = [];
        // The first process, the shell, and the two that sleep; a process of the guest has one here as soon as it runs.
        await Bounds.UntilAsync(() => (userSpace = ProcessTable.Children(guest.Id)).Length >= 4, "four processes of the guest", () => $"{userSpace.Length}");

        await guest.KillAsync();

        await Bounds.UntilAsync(() => !userSpace.Any(ProcessTable.Runs), "the end of the guest's user space");
    }

    [KernelFact]
    public async Task EndInput_BusyGuest_TurnsOff()
    {
        await using GuestKernel guest = await GuestKernel.StartAsync();

        // As when the process that had started it dies.
        Assert.Equal(0, await guest.EndInputAsync("while :; do :; done"));
    }

    [KernelFact]
    public async Task Burst_ThroughTheGuestsPipes_IsVerified()
    {
        await using GuestKernel guest = await GuestKernel.StartAsync();

        Assert.Equal("received=20000 lost=0 duplicated=0 reordered=0 corrupted=0", await guest.RunAsync($"rpmsg encode {Seed} 20000 | rpmsg verify {Seed}"));
        GuestAnswer other = await guest.TryAsync($"rpmsg encode {Seed} 100 | rpmsg verify {Seed + 1}");
        Assert.Equal(new GuestAnswer(1, "received=100 lost=0 duplicated=0 reordered=0 corrupted=100\nread: ENODATA"), other);
    }

    [KernelFact]
    public async Task Encode_Burst_IsOurs()
    {
        byte[] stream = await RpmsgAsync([], "encode", Number(Seed), Number(Count));

        NumberedMessage messages = new(Seed);
        int at = 0;
        for (int number = 0; number < Count; number++)
        {
            int length = stream[at] | (stream[at + 1] << 8);
            Assert.Equal((number, number == Count - 1), messages.Read(stream.AsSpan(at + 2, length)));
            at += 2 + length;
        }

        Assert.Equal(stream.Length, at);
    }

    [KernelFact]
    public async Task Verify_OurBurst_CountsWhatIsWrong()
    {
        // 2 is missing, 4 comes twice, 3 comes late, and one is damaged.
        int[] numbers = [0, 1, 4, 4, 3, 5, 6];
        NumberedMessage messages = new(Seed);
        byte[] buffer = new byte[Application.MaximumMessage];
        using MemoryStream stream = new();
        foreach (int number in numbers)
        {
            int length = messages.Write(number, last: number == 6, buffer);
            if (number == 5)
                buffer[0] ^= 1;
            stream.Write([(byte)length, (byte)(length >> 8)]);
            stream.Write(buffer.AsSpan(0, length));
        }

        string verdict = System.Text.Encoding.ASCII.GetString(await RpmsgAsync(stream.ToArray(), "verify", Number(Seed)));

        // The damaged 5 is lost as well.
        Assert.Equal("received=7 lost=2 duplicated=1 reordered=1 corrupted=1\n", verdict);
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Runs the guest's program here, with bytes as its input. Its output.</summary>
    private static async Task<byte[]> RpmsgAsync(byte[] input, params string[] arguments)
    {
        using Process rpmsg = Process.Start(new ProcessStartInfo(KernelBuild.RpmsgProgram, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        using MemoryStream output = new();
        Task reading = rpmsg.StandardOutput.BaseStream.CopyToAsync(output);
        await rpmsg.StandardInput.BaseStream.WriteAsync(input).AsTask().Bounded();
        rpmsg.StandardInput.Close();
        await reading.Bounded();
        await rpmsg.WaitForExitAsync().Bounded();
        return output.ToArray();
    }
}
