namespace Bridge.Linux;

/// <summary>What statx(2) says about a name; a symbolic link is not followed.</summary>
/// <param name="Kind">Its type.</param>
/// <param name="Mode">Its permissions with set-id and sticky bits.</param>
/// <param name="UserId">Its owner.</param>
/// <param name="GroupId">Its group.</param>
/// <param name="Inode">Its number in its file system; another name of the same file has it too.</param>
public readonly record struct FileStatus(FileKind Kind, UnixFileMode Mode, uint UserId, uint GroupId, ulong Inode);
